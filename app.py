"""Opens the review interface: `streamlit run app.py -- STUDY`, or better `qualkit app STUDY`."""

from qualkit.app.main import main

main()

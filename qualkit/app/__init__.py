"""The review interface, in Streamlit; `qualkit app STUDY` opens it."""

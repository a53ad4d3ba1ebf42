"""The script of ``qualkit app``."""

from qualkit.app.main import main

main()

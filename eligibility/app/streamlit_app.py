"""The app's entry: ``streamlit run streamlit_app.py`` opens it, and runs this file for every page."""

from __future__ import annotations

import streamlit as st

from eligibility.app import main

if __name__ == "__main__":
    main.run_page()
else:
    # streamlit reads this line to know that it serves an app with its own routes and gate
    app = st.App(__file__, **main.server_options())

"""The app's entry: ``streamlit run streamlit_app.py`` opens it, and runs this file for every page."""

from __future__ import annotations

from eligibility.app import main

if __name__ == "__main__":
    main.run_page()
else:
    app = main.create_app(__file__)

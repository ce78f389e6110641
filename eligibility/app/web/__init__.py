"""What stands around the pages: routes that set cookies, headers, refusals, the error page.

``streamlit_app.py`` hands these to ``st.App``. Pages never touch a cookie; ``auth.py`` reads it.
"""

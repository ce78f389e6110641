"""Reports: papers, workbooks and tables of results; content apart from its renderers."""

"""Charts and marked texts as HTML and SVG: for the web page, HTML reports and notebooks alike.

Pure functions of plain values. What they return is escaped, has no script, no inline style and no address of
elsewhere, so it may stand under a strict Content-Security-Policy; its looks come from `style.CSS`, inside any
element of the class `nerproc`.
"""

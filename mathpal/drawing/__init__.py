"""Charts as inline SVG, and number formats for pages.

Knows points, labels and numbers; nothing of runs, their files or the pages that show the charts.
"""

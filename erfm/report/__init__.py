"""The report: pages, their execution, exports, the site, and the command line."""

"""Customers: a study's file and its customers, read, checked, and drafted where there is none."""

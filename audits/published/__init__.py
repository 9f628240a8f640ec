"""Auditing what others published: do the printed impact ratios follow from the figures printed beside them?

Everything but the pages is pure: no database, no network, no Django.
"""

"""Lists taken along as CSV and XLSX, and what was written in such a sheet taken back in."""

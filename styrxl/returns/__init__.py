"""From a file's bytes to tables: file type, cells, sheets and columns found, values typed."""

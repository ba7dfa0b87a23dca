"""Much of the record at once: bulk export to files, transfer to another journal, reports and extracts."""

"""Where the journal keeps things: one seam, and behind it an SQLite file or a PostgreSQL database."""

"""The neighbours that a national solution has: each a small HTTP party on loopback, true to what it stands for."""

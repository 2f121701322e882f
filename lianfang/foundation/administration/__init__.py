"""What the foundation itself offers people: accounts and grants, revealing, exports, audit, jobs, refused uploads."""

"""Keys and certificates. Imports no other room; what blocks is for threads."""

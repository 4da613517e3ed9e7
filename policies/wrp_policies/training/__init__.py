"""What training commands compute: tables in, cards out. Files are read and written elsewhere."""

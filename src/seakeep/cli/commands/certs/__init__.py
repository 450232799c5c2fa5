"""The commands of `seakeep certs`."""

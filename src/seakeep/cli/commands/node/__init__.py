"""The commands of `seakeep node`."""

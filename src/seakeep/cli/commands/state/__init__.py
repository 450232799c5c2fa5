"""The commands of `seakeep state`."""

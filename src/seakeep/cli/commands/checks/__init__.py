"""The commands of `seakeep checks`."""

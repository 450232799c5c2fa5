"""The living cluster: CPL, ETCD, NOD, LIV."""

"""A cluster whose pods run: the rehearsal's control plane, and a small kubelet for programs of this machine."""

"""What EKS may do in the account for a cluster, what its nodes may do, and who may do what in it."""

from planning.shared.iam import policy_document

CONTROL_PLANE_POLICIES = (
    "AmazonEKSClusterPolicy",
    "AmazonEKSComputePolicy",
    "AmazonEKSBlockStoragePolicy",
    "AmazonEKSLoadBalancingPolicy",
    "AmazonEKSNetworkingPolicy",
)
"""What Auto Mode needs, by its documentation."""

NODE_POLICIES = ("AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly")

_ACCESS = "arn:aws:eks::aws:cluster-access-policy"
ADMINISTRATOR = f"{_ACCESS}/AmazonEKSClusterAdminPolicy"
VIEWER = f"{_ACCESS}/AmazonEKSAdminViewPolicy"
"""Gets, lists and watches every kind, custom ones and Secrets too: what a refresh reads."""
NODE = f"{_ACCESS}/AmazonEKSAutoNodePolicy"

_TAGGED = ("instance", "launch-template", "network-interface", "snapshot", "volume")
"""Kinds of EC2 that Auto Mode makes and tags."""


def own_tags_policy() -> str:
    """Lets Auto Mode put our tags on instances, volumes and network interfaces, and change them there: its managed
    policies don't. Without the last statement, a tag that changes fails on every machine that there is.

    Only on what it makes, or made, for this very cluster, which EKS states in the session's own tags.
    """
    owned = {"aws:ResourceTag/eks:eks-cluster-name": "${aws:PrincipalTag/eks:eks-cluster-name}"}
    cluster = {"aws:RequestTag/eks:eks-cluster-name": "${aws:PrincipalTag/eks:eks-cluster-name}"}
    pool = {
        "aws:RequestTag/eks:kubernetes-node-class-name": "*",
        "aws:RequestTag/eks:kubernetes-node-pool-name": "*",
    }
    return policy_document(
        {
            "Sid": "Compute",
            "Effect": "Allow",
            "Action": ["ec2:CreateFleet", "ec2:RunInstances", "ec2:CreateLaunchTemplate"],
            "Resource": "*",
            "Condition": {"StringEquals": cluster, "StringLike": pool},
        },
        {
            "Sid": "Storage",
            "Effect": "Allow",
            "Action": ["ec2:CreateVolume", "ec2:CreateSnapshot"],
            "Resource": ["arn:aws:ec2:*:*:volume/*", "arn:aws:ec2:*:*:snapshot/*"],
            "Condition": {"StringEquals": cluster},
        },
        {
            "Sid": "Networking",
            "Effect": "Allow",
            "Action": "ec2:CreateNetworkInterface",
            "Resource": "*",
            "Condition": {
                "StringEquals": cluster,
                "StringLike": {"aws:RequestTag/eks:kubernetes-cni-node-name": "*"},
            },
        },
        {
            "Sid": "Changes",
            "Effect": "Allow",
            "Action": ["ec2:CreateTags", "ec2:DeleteTags"],
            "Resource": [f"arn:aws:ec2:*:*:{kind}/*" for kind in _TAGGED],
            "Condition": {"StringEquals": owned},
        },
    )

"""The autoscaler of a Deployment."""

from collections.abc import Mapping

import pulumi
from pulumi_kubernetes import autoscaling, meta

from planning.plugin.autoscaling import AutoscalingPlan, QueueTarget, Speed


def autoscaler(
    resource_name: str,
    *,
    plan: AutoscalingPlan,
    name: str,
    namespace: str,
    labels: Mapping[str, str],
    opts: pulumi.ResourceOptions,
) -> autoscaling.v2.HorizontalPodAutoscaler:
    """The HorizontalPodAutoscaler of the Deployment of the same name."""
    metrics = [_utilisation("cpu", plan.cpu_percent)]
    if plan.memory_percent is not None:
        metrics.append(_utilisation("memory", plan.memory_percent))
    annotations: dict[str, str] = {}
    if plan.queue:
        metrics.append(_queue(plan.queue))
        annotations[plan.queue.annotation] = plan.queue.query
    return autoscaling.v2.HorizontalPodAutoscaler(
        resource_name,
        metadata=meta.v1.ObjectMetaArgs(name=name, namespace=namespace, labels=labels, annotations=annotations or None),
        spec=autoscaling.v2.HorizontalPodAutoscalerSpecArgs(
            scale_target_ref=autoscaling.v2.CrossVersionObjectReferenceArgs(
                api_version="apps/v1", kind="Deployment", name=name
            ),
            min_replicas=plan.pods.min,
            max_replicas=plan.pods.max,
            metrics=metrics,
            behavior=autoscaling.v2.HorizontalPodAutoscalerBehaviorArgs(
                scale_up=_rules(plan.up, "Max"),
                scale_down=_rules(plan.down, "Min")
                if plan.shrinks
                else autoscaling.v2.HPAScalingRulesArgs(select_policy="Disabled"),
            ),
        ),
        opts=opts,
    )


def _utilisation(resource: str, percent: int) -> autoscaling.v2.MetricSpecArgs:
    return autoscaling.v2.MetricSpecArgs(
        type="Resource",
        resource=autoscaling.v2.ResourceMetricSourceArgs(
            name=resource, target=autoscaling.v2.MetricTargetArgs(type="Utilization", average_utilization=percent)
        ),
    )


def _queue(queue: QueueTarget) -> autoscaling.v2.MetricSpecArgs:
    return autoscaling.v2.MetricSpecArgs(
        type="External",
        external=autoscaling.v2.ExternalMetricSourceArgs(
            metric=autoscaling.v2.MetricIdentifierArgs(
                name=queue.metric, selector=meta.v1.LabelSelectorArgs(match_labels=dict(queue.selector))
            ),
            target=autoscaling.v2.MetricTargetArgs(type="AverageValue", average_value=str(queue.per_pod)),
        ),
    )


def _rules(speed: Speed, select: str) -> autoscaling.v2.HPAScalingRulesArgs:
    return autoscaling.v2.HPAScalingRulesArgs(
        stabilization_window_seconds=speed.window_seconds,
        select_policy=select,
        policies=[
            autoscaling.v2.HPAScalingPolicyArgs(
                type="Percent", value=speed.percent, period_seconds=speed.period_seconds
            ),
            autoscaling.v2.HPAScalingPolicyArgs(type="Pods", value=speed.pods, period_seconds=speed.period_seconds),
        ],
    )

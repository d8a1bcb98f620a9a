"""Where alerts go: by severity, to the topic that the configuration names."""

import functools
from typing import Any

import pulumi
import yaml

from components.observability.alarm_topic import AlarmTopic
from components.observability.platform_alerts import PlatformAlerts
from planning.inputs.tiers import tier_for
from planning.observability.observability import plan_observability
from tests.components.recording import Recorded, build, of_type, one
from tests.planning.samples import settings

USERS = 50_000


@functools.cache
def records() -> list[Recorded]:
    def make() -> None:
        stated = settings(USERS).model_copy(
            update={"alarm_email": "team@naap.example", "page_email": "pager@naap.example"}
        )
        plan = plan_observability(stack="dev", region="us-east-1", settings=stated, tier=tier_for(USERS))
        topic = AlarmTopic("topic", plan=plan.topic, tags={})
        PlatformAlerts("rules", plan=plan, topic=topic, workspace_id=pulumi.Output.from_input("ws-0"), tags={})

    return build(make)


def definition() -> dict[str, Any]:
    """As the workspace reads it."""
    record = one(records(), "aws:amp/alertManagerDefinition:AlertManagerDefinition")
    return yaml.safe_load(record.inputs["definition"])


def test_pages_and_tickets_go_to_their_own_topics() -> None:
    stated = yaml.safe_load(
        one(records(), "aws:amp/alertManagerDefinition:AlertManagerDefinition").inputs["definition"]
    )
    config = yaml.safe_load(stated["alertmanager_config"])
    topics = {record.inputs["name"]: record.outputs["arn"] for record in of_type(records(), "aws:sns/topic:Topic")}
    receivers = {each["name"]: each["sns_configs"][0]["topic_arn"] for each in config["receivers"]}

    assert config["route"]["receiver"] == "ticket"
    assert config["route"]["routes"][0]["matchers"] == ['severity="page"']
    assert receivers == {"ticket": topics["naap-dev-use1-alarms"], "page": topics["naap-dev-use1-alarms-pages"]}
    assert set(config["templates"]) == set(stated["template_files"])


def test_each_topic_is_read_by_whom_the_configuration_names() -> None:
    read = {
        record.inputs["topic"].rpartition(":")[2]: record.inputs["endpoint"]
        for record in of_type(records(), "aws:sns/topicSubscription:TopicSubscription")
    }

    assert sorted(read.values()) == ["pager@naap.example", "team@naap.example"]


def test_the_workspace_may_publish() -> None:
    for record in of_type(records(), "aws:sns/topicPolicy:TopicPolicy"):
        assert "aps.amazonaws.com" in record.inputs["policy"]


def test_a_page_silences_tickets_about_the_same_plugin_and_no_others() -> None:
    """A label that both lack counts as equal: what says no plugin must not match at all."""
    plugins, pods = yaml.safe_load(definition()["alertmanager_config"])["inhibit_rules"]

    assert plugins["equal"] == ["plugin"]
    assert 'plugin=~".+"' in plugins["source_matchers"]
    assert pods["equal"] == ["namespace", "deployment"]

"""Signatures as the receivers' documents give them."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from analytics.delivery import aliyun_sms, dingtalk, feishu, webhook, wecom
from analytics.delivery.exchange import Answer
from analytics.delivery.message import Message
from analytics.delivery.retry import ATTEMPTS, wait_after

AT = datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC)
LONG = Message("key-1", "标题", tuple("漏水" * 40 for _ in range(200)), "https://desk.example/a")


def test_the_provider_of_text_messages_is_signed_to_as_its_document_shows() -> None:
    """The worked example of Aliyun's page on signature method V3."""
    url = (
        "https://ecs.cn-shanghai.aliyuncs.com/?ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_"
        "20230811.vhd&RegionId=cn-shanghai"
    )
    headers = {
        "x-acs-action": "RunInstances",
        "x-acs-version": "2014-05-26",
        "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
    }
    account = ("YourAccessKeyId", "YourAccessKeySecret")
    signed = aliyun_sms.signed_headers(url, headers, b"", account)
    assert signed["Authorization"].endswith(
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_a_robot_of_dingtalk_gets_the_sign_in_its_address_and_at_most_its_size() -> None:
    made = dingtalk.request("https://oapi.example/robot/send?access_token=t", "SEC1", LONG, AT)
    query = parse_qs(urlsplit(made.url).query)
    assert query["access_token"] == ["t"]
    assert query["timestamp"] == ["1698315752000"]
    assert query["sign"] == ["VP/EGanYX0RVaVkT/aiYRm/lR6WNa52zlQOJCHmD93M="]
    assert len(made.body) <= dingtalk.BODY_MAX
    assert "https://desk.example/a" in json.loads(made.body)["markdown"]["text"]


def test_a_robot_of_feishu_gets_the_sign_in_its_body_and_at_most_its_size() -> None:
    made = feishu.request("https://open.example/hook/1", "SEC1", LONG, AT)
    told = json.loads(made.body)
    assert told["timestamp"] == "1698315752"
    assert told["sign"] == "qIN4SHNFSCMzQB0MpelpYg7bFLX5pcsp0L5FbWjSjjU="
    assert len(made.body) <= feishu.BODY_MAX
    assert told["content"]["text"].endswith("https://desk.example/a")


def test_a_robot_of_wecom_gets_at_most_its_bytes_and_never_half_a_character() -> None:
    text = json.loads(wecom.request("https://qy.example", "", LONG, AT).body)["text"]["content"]
    assert 2000 < len(text.encode()) <= wecom.TEXT_MAX
    assert "�" not in text
    assert text.endswith("https://desk.example/a")


def test_a_webhook_is_signed_over_its_bytes_and_carries_the_key() -> None:
    made = webhook.request("https://sink.example", "shared", LONG, AT)
    assert made.headers["Idempotency-Key"] == "key-1"
    assert made.headers["Civicwatt-Signature"] == webhook.signature("shared", made.body, AT)
    assert made.headers["Civicwatt-Signature"] != webhook.signature("shared", made.body + b" ", AT)


@pytest.mark.parametrize(
    ("module", "answer", "taken", "lasting"),
    [
        (dingtalk, Answer(200, b'{"errcode":0,"errmsg":"ok"}'), True, False),
        (dingtalk, Answer(200, b'{"errcode":310000,"errmsg":"sign not match"}'), False, True),
        (dingtalk, Answer(200, b'{"errcode":130101,"errmsg":"too fast"}'), False, False),
        (wecom, Answer(200, b'{"errcode":93000,"errmsg":"invalid webhook url"}'), False, True),
        (wecom, Answer(200, b'{"errcode":45009,"errmsg":"api freq out of limit"}'), False, False),
        (feishu, Answer(200, b'{"code":0,"msg":"success"}'), True, False),
        (feishu, Answer(200, b'{"code":19021,"msg":"sign match fail"}'), False, True),
        (feishu, Answer(502, b"<html>"), False, False),
        (feishu, Answer(200, b"<html>proxy</html>"), False, False),
        (webhook, Answer(204, b""), True, False),
        (webhook, Answer(302, b""), False, True),
        (webhook, Answer(429, b""), False, False),
        (aliyun_sms, Answer(200, b'{"Code":"OK"}'), True, False),
        (aliyun_sms, Answer(403, b'{"Code":"isv.SMS_TEMPLATE_ILLEGAL"}'), False, True),
        (aliyun_sms, Answer(200, b'{"Code":"isv.BUSINESS_LIMIT_CONTROL"}'), False, False),
    ],
)
def test_what_an_answer_means(module: object, answer: Answer, taken: bool, lasting: bool) -> None:
    outcome = module.outcome(answer)  # type: ignore[attr-defined]  # each channel's module has it
    assert (outcome.taken, outcome.lasting) == (taken, lasting)
    assert taken or outcome.told


def test_waits_grow_and_end() -> None:
    waits = [wait_after(attempts) for attempts in range(1, ATTEMPTS)]
    assert all(wait is not None for wait in waits)
    assert waits == sorted(waits, key=lambda wait: wait or timedelta())
    assert wait_after(ATTEMPTS) is None

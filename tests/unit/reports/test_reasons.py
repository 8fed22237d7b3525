"""Why a figure of a year cannot be told stands in a report in the language of the report."""

import json
from pathlib import Path
from typing import Any, cast

import pytest

from analytics.reports.paper import Drawn, Table, because, listed, paper, say
from api.paper.drawn_paper import DrawnPaper
from api.paper.words import word_list
from domain.sentence import Sentence
from store.institution.report import ReportRow

LACKS = Sentence(
    "set_lacks_carrier",
    "set {set} has no {unit} of {carrier}",
    set="gjg",
    unit="kgCO2",
    carrier="natural_gas",
)
UNWORDED = Sentence("of_tomorrow", "nobody has worded {what} yet", what="this")
SENTENCES = Path(__file__).parents[3] / "ui" / "src" / "locales" / "sentences.zh-CN.json"


def drawn(lang: str) -> DrawnPaper:
    whys = [LACKS, UNWORDED, "typed text"]
    standing = [say("year_missing", why=listed([because(each) for each in whys]))]
    opened = Table("open_points", ("why",), [(because(each),) for each in whys])
    kept = json.dumps(paper("annual_text", {"code": "a"}, "2026", Drawn(standing, [], (opened,))))
    return DrawnPaper(cast("ReportRow", None), cast("Any", json.loads(kept)), lang)


def test_a_reason_is_told_in_chinese_and_one_without_words_as_it_stands() -> None:
    found = drawn("zh-CN")
    (standing,) = found.standing
    assert "口径 gjg 没有 天然气 的 kgCO2 因子" in standing
    assert "nobody has worded this yet" in standing
    assert [cell for (cell,) in found.sections()[0].rows][2] == "typed text"
    (told,) = drawn("en").standing
    assert str(LACKS).replace("natural_gas", "natural gas").lower() in told.lower()


@pytest.mark.parametrize("code", sorted(word_list("reason")))
def test_it_reads_as_on_the_screen(code: str) -> None:
    assert f'"{code}": "{word_list("reason")[code][0]}"' in SENTENCES.read_text("utf-8")

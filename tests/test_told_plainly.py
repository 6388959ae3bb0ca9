"""What decision-makers read speaks of their matter, not of how the program keeps it."""

import re

import pytest

from fvmanalys.report.words import Words

DEVELOPERS = {
    "sv": r"\b(tabellerna|underlaget) (har|saknar) (ingen |inga )?tabell|\btabellerna (har|saknar|säger)\b|\bi (de offentliga )?tabellerna\b|anteckningsbok|csv|dataram",
    "en": r"\bthe tables (have|has|say|lack|do|hold)\b|\blacks tables\b|\bin the tables\b|notebook|csv|data frame",
}


@pytest.mark.parametrize("lang", DEVELOPERS)
def test_no_text_says_what_tables_have_or_lack(lang):
    said = {key: text for key, text in Words(lang).texts.items() if re.search(DEVELOPERS[lang], text, re.IGNORECASE)}
    assert said == {}

"""The phrases are patterns that RE2 takes, over lower case, without what makes its automaton large."""

import pytest
import re2

from wrp_signals.feedback_phrases import HINT, NO_ANSWER, PHRASES, PLAIN, STRONG


@pytest.mark.parametrize("phrase", PHRASES)
def test_every_phrase_is_a_pattern_without_counted_gaps(phrase):
    """It compiles, has no line ends and no capitals to match, and says how sure it is."""
    re2.compile(phrase.pattern)
    assert "\n" not in phrase.pattern
    assert ".{" not in phrase.pattern
    assert phrase.sure in (STRONG, PLAIN, HINT)
    assert phrase.says in ("wrong", "unclear", "alternative", "satisfied")


def test_phrases_are_less_sure_without_an_answer_before():
    """In the same order."""
    assert all(less < sure for sure, less in NO_ANSWER.items())
    assert NO_ANSWER[STRONG] > NO_ANSWER[PLAIN] > NO_ANSWER[HINT]

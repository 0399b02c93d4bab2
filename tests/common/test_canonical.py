import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.canonical import canonical, digest

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), values, max_size=5))
def test_order_of_keys_does_not_matter(value):
    try:
        once = canonical(value)
    except UnicodeEncodeError:
        return  # lone surrogates have no UTF-8 form and are refused
    assert once == canonical(dict(reversed(value.items())))


def test_known_bytes_and_digest():
    assert canonical({"b": 1, "a": [1.5, "商盟", None, True]}) == (
        '{"a":[1.5,"商盟",null,true],"b":1}'.encode()
    )
    assert digest({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


@pytest.mark.parametrize("bad", [math.nan, math.inf, {1: 2}, b"x", {"a": object()}])
def test_what_has_no_canonical_form_is_refused(bad):
    with pytest.raises(ValueError):
        canonical(bad)

"""What the graph of a secure sum would need if drop-outs were random: a comparison, never used."""

import math

from common.secagg.graph import _at_least


def random_degree(n: int, colluders: int, dropped: int, log2_failure: int = -40) -> int:
    """The degree that would do if drop-outs were random too, for comparison (Bell et al. 2020).

    Smallest even k for which some share threshold makes the probability of all three failures
    (honest survivors not connected; both secrets of somebody with the colluders; a secret that
    cannot be rebuilt), by the same union bounds as `failure`, at most 2**log2_failure. It is not
    used: an adversary who runs the rounds does not drop merchants at random.
    """
    allowed = 2.0**log2_failure
    for k in range(2, n - 1, 2):
        parted = math.comb(n, 2) * _at_least(n, colluders + dropped, k, k)
        if parted > allowed:
            continue
        for need in range(1, k + 1):
            opened = n * _at_least(n - 1, colluders, k, need)
            lost = n * _at_least(n - 1, dropped, k, k - need + 1)
            if parted + opened + lost <= allowed:
                return k
    return n - 1

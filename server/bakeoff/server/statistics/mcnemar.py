"""McNemar's exact test of two paired shares."""

from scipy import stats


def exact_mcnemar(first_only: int, second_only: int) -> float:
    """Return the two-sided p-value that both are as likely to succeed alone.

    `first_only` trials were successes of the first alone, `second_only` of the second alone.
    Under the null hypothesis each discordant trial falls to either side with probability 1/2.
    1 when there is no discordant trial. Source: McNemar, Note on the sampling error of the
    difference between correlated proportions or percentages, Psychometrika 12, 1947; the exact
    form is the binomial test.
    """
    discordant = first_only + second_only
    if discordant == 0:
        return 1.0
    return float(stats.binomtest(first_only, discordant, 0.5).pvalue)

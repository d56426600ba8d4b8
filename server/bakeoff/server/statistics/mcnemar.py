"""McNemar's test of two paired shares, exact and mid-p."""

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


def mid_p_mcnemar(first_only: int, second_only: int) -> float:
    """Return the two-sided mid-p value that both are as likely to succeed alone.

    As `exact_mcnemar`, but that the observed outcome counts half: the exact p-value less the
    probability of the observed split. It errs about as often as it says, and sees more. 1 when
    there is no discordant trial. Source: Fagerland, Lydersen and Laake, The McNemar test for
    binary matched-pairs data, BMC Medical Research Methodology 13, 2013.
    """
    discordant = first_only + second_only
    if discordant == 0:
        return 1.0
    observed = float(stats.binom.pmf(first_only, discordant, 0.5))
    if first_only == second_only:
        return 1.0 - observed / 2
    return exact_mcnemar(first_only, second_only) - observed

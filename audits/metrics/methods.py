"""Every test and metric by name: its formula, where it comes from, and which article or rule it can help to evidence.

The same list stands in the manual with a worked example each, and a test holds the two together. No entry carries a
threshold: the AI Act sets none for any of them, and neither does Local Law 144.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Method:
    """One test or metric. `evidences` are provisions whose evidence may hold it, not provisions that it satisfies."""

    code: str
    name: str
    formula: str
    reference: str
    evidences: tuple[str, ...]

    def as_json(self) -> dict[str, str | list[str]]:
        """Return what a result document says about the method."""
        return {"code": self.code, "name": self.name, "formula": self.formula, "reference": self.reference}


LL144: Final = "6 RCNY § 5-301"
ENOUGH: Final = "6 RCNY § 5-302"
UGESP: Final = "29 CFR 1607.4(D)"
BIAS: Final = "AI Act Art 10(2)(f)"
DATA: Final = "AI Act Art 10(3)"
ACCURACY: Final = "AI Act Art 15(1)"
GROUPS: Final = "AI Act Art 13(3)(b)(v)"
FILE: Final = "AI Act Annex IV(2)(g)"
TESTING: Final = "AI Act Art 9(8)"
WATCH: Final = "AI Act Art 72(2)"

_RATES = (LL144, BIAS, FILE)
_GAP = (UGESP, BIAS, FILE)
_ERRORS = (ACCURACY, GROUPS, FILE)

_STATISTICS = (
    Method(
        "clopper-pearson",
        "Exact interval for a rate (Clopper-Pearson)",
        "quantiles of the beta distributions B(s, n − s + 1) and B(s + 1, n − s)",
        "Clopper and Pearson (1934), Biometrika 26, 404–413",
        _RATES,
    ),
    Method(
        "wilson",
        "Score interval for a rate (Wilson)",
        "(p + z²/2n ± z·√(p(1 − p)/n + z²/4n²)) / (1 + z²/n)",
        "Wilson (1927), Journal of the American Statistical Association 22, 209–212",
        _RATES,
    ),
    Method(
        "newcombe",
        "Interval for a difference of two rates (Newcombe)",
        "d − √((p₁ − l₁)² + (u₂ − p₂)²) to d + √((u₁ − p₁)² + (p₂ − l₂)²), with the Wilson limits l and u",
        "Newcombe (1998), Statistics in Medicine 17, 873–890, method 10",
        _GAP,
    ),
    Method(
        "katz",
        "Log interval for a ratio of two rates (Katz)",
        "exp(ln r ± z·√(1/s₁ − 1/n₁ + 1/s₂ − 1/n₂))",
        "Katz, Baptista, Azen and Pike (1978), Biometrics 34, 469–474",
        _GAP,
    ),
    Method(
        "adjusted-log",
        "Adjusted log interval for a ratio of two rates (Walter)",
        "the log interval after one half is added to every s and n",
        "Walter (1975), Biometrika 62, 371–374",
        _GAP,
    ),
    Method(
        "score-ratio",
        "Score interval for a ratio of two rates (Miettinen-Nurminen)",
        "all r with (p₁ − r·p₂)² ≤ z²·V(r)·N/(N − 1), V with the likeliest rates under r; Koopman's without N/(N − 1)",
        "Miettinen and Nurminen (1985), Statistics in Medicine 4, 213–226; Koopman (1984), Biometrics 40, 513–517",
        _GAP,
    ),
    Method(
        "pooled-z",
        "Two-sample z test with pooled rate",
        "(p₁ − p₂) / √(p(1 − p)(1/n₁ + 1/n₂)), p = (s₁ + s₂)/(n₁ + n₂); two-sided p from the normal distribution",
        "Pearson (1900), Philosophical Magazine 50, 157–175; its square is the chi-square of the two by two table",
        _GAP,
    ),
    Method(
        "fisher",
        "Fisher's exact test, two-sided",
        "the sum of the hypergeometric probabilities of the tables with these margins that are no likelier than this",
        "Fisher (1935), Journal of the Royal Statistical Society 98, 39–82",
        _GAP,
    ),
    Method(
        "standard-deviations",
        "Number of standard deviations from the expected selections",
        "(s₁ − k·q) / √(k·q(1 − q)), k = s₁ + s₂, q = n₁/N; drawn without replacement times √((N − 1)/(N − k))",
        "Hazelwood School District v. United States, 433 U.S. 299 (1977), notes 14 and 17; "
        "Castaneda v. Partida, 430 U.S. 482 (1977), note 17",
        _GAP,
    ),
    Method(
        "shortfall",
        "Shortfall from the expected selections",
        "n₁·(s₁ + s₂)/(n₁ + n₂) − s₁",
        "29 CFR 1607.4(D); expected selections at the pooled rate",
        _GAP,
    ),
    Method(
        "four-fifths-selections",
        "Further selections needed to reach four fifths",
        "the smallest whole x ≥ 0 with (s₁ + x)/n₁ ≥ 4/5 · s₂/n₂",
        "29 CFR 1607.4(D)",
        _GAP,
    ),
    Method(
        "flip-flop",
        "Flip-flop rule",
        "((s₁ + 1)/n₁) / ((s₂ − 1)/n₂), the ratio after one selection moves; it flips from below 4/5 to above 1",
        "Questions and Answers on the Uniform Guidelines, question 21, 44 FR 11996 (1979)",
        _GAP,
    ),
    Method(
        "homogeneity",
        "Chi-square test that all categories share one rate",
        "Σ (s − n·p)² / (n·p(1 − p)) over the categories, p their common rate; degrees of freedom categories − 1",
        "Pearson (1900), Philosophical Magazine 50, 157–175",
        _GAP,
    ),
    Method(
        "mantel-haenszel",
        "Mantel-Haenszel test and common ratios over strata",
        "common odds ratio Σ(a·d/N)/Σ(b·c/N), common ratio of rates Σ(a·n₂/N)/Σ(b·n₁/N), "
        "M² = (|Σ(a − E a)| − c)²/Σ Var a with c = 0 or 1/2",
        "Mantel and Haenszel (1959), Journal of the National Cancer Institute 22, 719–748; intervals by Robins, "
        "Breslow and Greenland (1986), Biometrics 42, 311–323, and Greenland and Robins (1985), Biometrics 41, 55–68",
        _GAP,
    ),
    Method(
        "breslow-day",
        "Breslow-Day test that strata share one odds ratio",
        "Σ (a − A)²/Var(A), A the count that the common odds ratio expects; Tarone takes (Σ(a − A))²/Σ Var(A) off",
        "Breslow and Day (1980), IARC Scientific Publications 32, section 4.4; Tarone (1985), Biometrika 72, 91–95",
        _GAP,
    ),
    Method(
        "holm",
        "Adjusted p-values (Holm)",
        "the i-th smallest of m times (m − i + 1), never below the one before, never above 1",
        "Holm (1979), Scandinavian Journal of Statistics 6, 65–70",
        _GAP,
    ),
    Method(
        "benjamini-hochberg",
        "Adjusted p-values (Benjamini-Hochberg)",
        "the i-th smallest of m times m/i, never above the one after, never above 1",
        "Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57, 289–300",
        _GAP,
    ),
    Method(
        "unknown-bounds",
        "Bounds of an impact ratio from people of unknown category",
        "the smallest and largest ratio over every way to place the unknown people in the categories that have people",
        "Manski (2003), Partial Identification of Probability Distributions, chapter 1",
        (*_RATES, DATA),
    ),
    Method(
        "detectable-ratio",
        "Smallest difference that would be noticed",
        "the largest r below 1 that the pooled z, two-sided at 0.05, notices with a chance of 4/5: "
        "Φ((p₂ − r·p₂ − z·√(p(1 − p)(1/n₁ + 1/n₂))) / √(r·p₂(1 − r·p₂)/n₁ + p₂(1 − p₂)/n₂)) ≥ 4/5",
        "Fleiss, Levin and Paik (2003), Statistical Methods for Rates and Proportions, chapter 4",
        (ENOUGH, UGESP),
    ),
)

_SHARED = (BIAS, GROUPS, FILE)


def _rate(code: str, name: str, formula: str, evidences: tuple[str, ...] = _ERRORS) -> Method:
    return Method(
        code, name, formula, "Verma and Rubin (2018), Fairness Definitions Explained, FairWare, 1–7", evidences
    )


_GROUP_METRICS = (
    _rate("prevalence", "Prevalence (base rate)", "(tp + fn) / n", (DATA, BIAS, FILE)),
    _rate("selection-rate", "Selection rate (predicted prevalence)", "(tp + fp) / n", _RATES),
    _rate("true-positive-rate", "True positive rate (recall, sensitivity)", "tp / (tp + fn)"),
    _rate("false-negative-rate", "False negative rate", "fn / (tp + fn)"),
    _rate("true-negative-rate", "True negative rate (specificity)", "tn / (fp + tn)"),
    _rate("false-positive-rate", "False positive rate", "fp / (fp + tn)"),
    _rate("positive-predictive-value", "Positive predictive value (precision)", "tp / (tp + fp)"),
    _rate("false-discovery-rate", "False discovery rate", "fp / (tp + fp)"),
    _rate("negative-predictive-value", "Negative predictive value", "tn / (fn + tn)"),
    _rate("false-omission-rate", "False omission rate", "fn / (fn + tn)"),
    _rate("accuracy", "Accuracy", "(tp + tn) / n"),
    _rate("error-rate", "Error rate", "(fp + fn) / n"),
    _rate("f1-score", "F1 score", "2·tp / (2·tp + fp + fn)"),
    Method(
        "treatment-equality",
        "Treatment equality",
        "fn / fp, compared between groups",
        "Berk, Heidari, Jabbari, Kearns and Roth (2021), Sociological Methods and Research 50, 3–44",
        _SHARED,
    ),
    _rate("balanced-accuracy", "Balanced accuracy", "(true positive rate + true negative rate) / 2"),
    Method(
        "predicted-positive-share",
        "Share of all predicted positives",
        "(tp + fp) of the group / (tp + fp) of all groups",
        "Saleiro and others (2018), Aequitas, arXiv:1811.05577 (there: predicted positive rate)",
        _SHARED,
    ),
    Method(
        "demographic-parity",
        "Demographic parity difference and ratio",
        "largest minus smallest, and smallest over largest, selection rate",
        "Agarwal, Beygelzimer, Dudík, Langford and Wallach (2018), ICML, 60–69; Dwork and others (2012), ITCS, 214–226",
        _RATES,
    ),
    Method(
        "equalized-odds",
        "Equalized odds difference and ratio",
        "the larger difference and the smaller ratio of the gaps in true and false positive rates; also their means",
        "Hardt, Price and Srebro (2016), NeurIPS 29, 3315–3323",
        _SHARED,
    ),
    Method(
        "equal-opportunity",
        "Equal opportunity difference and ratio",
        "largest minus smallest, and smallest over largest, true positive rate",
        "Hardt, Price and Srebro (2016), NeurIPS 29, 3315–3323",
        _SHARED,
    ),
    Method(
        "predictive-parity",
        "Predictive parity difference and ratio",
        "largest minus smallest, and smallest over largest, positive predictive value",
        "Chouldechova (2017), Big Data 5, 153–163",
        _SHARED,
    ),
    Method(
        "average-odds",
        "Average odds difference",
        "mean of the differences of true and false positive rates to the reference; also of their absolute values",
        "Bellamy and others (2018), AI Fairness 360, arXiv:1810.01943",
        _SHARED,
    ),
    Method(
        "average-predictive-value",
        "Average predictive value difference",
        "mean of the differences of positive predictive value and false omission rate to the reference",
        "Bellamy and others (2018), AI Fairness 360, arXiv:1810.01943",
        _SHARED,
    ),
    Method(
        "differential-fairness",
        "Smoothed differential fairness and its amplification",
        "largest |ln| of the ratios of (count + c/2)/(n + c) between two groups, for the outcome and for its absence",
        "Foulds, Islam, Keya and Pan (2020), ICDE, 1918–1921",
        _SHARED,
    ),
    Method(
        "generalised-entropy",
        "Generalised entropy index",
        "Σ((b/μ)^α − 1) / (n·α(α − 1)), b = predicted − true + 1, μ its mean",
        "Speicher and others (2018), KDD, 2239–2248",
        _SHARED,
    ),
    Method("theil", "Theil index", "Σ(b/μ)·ln(b/μ) / n", "Speicher and others (2018), KDD, 2239–2248", _SHARED),
    Method(
        "coefficient-of-variation",
        "Coefficient of variation of the benefit",
        "√(2·generalised entropy index of α = 2)",
        "Speicher and others (2018), KDD, 2239–2248",
        _SHARED,
    ),
    Method(
        "calibration",
        "Calibration by group",
        "mean score − share with the outcome; mean and largest |both| within bins (expected calibration error)",
        "Naeini, Cooper and Hauskrecht (2015), AAAI, 2901–2907",
        _ERRORS,
    ),
    Method(
        "brier", "Brier score", "mean of (score − outcome)²", "Brier (1950), Monthly Weather Review 78, 1–3", _ERRORS
    ),
    Method(
        "generalised-rates",
        "Generalised true and false positive rates",
        "mean score of those with, and of those without, the outcome",
        "Pleiss, Raghavan, Wu, Kleinberg and Weinberger (2017), NeurIPS 30, 5680–5689",
        _ERRORS,
    ),
    Method(
        "goodness-of-fit",
        "Chi-square test of a data set beside a reference population",
        "Σ (observed − expected)² / expected; degrees of freedom groups − 1",
        "Pearson (1900), Philosophical Magazine 50, 157–175",
        (DATA, FILE),
    ),
    Method(
        "group-share",
        "Share of a group beside its reference share",
        "count/n − q, the Wilson interval less q; z = (count/n − q) / √(q(1 − q)/n), q the reference share",
        "Wilson (1927), Journal of the American Statistical Association 22, 209–212",
        (DATA, FILE),
    ),
    Method(
        "distance",
        "Total variation and Jensen-Shannon distance",
        "Σ|p − q|/2; Σ(p·log₂(p/m) + q·log₂(q/m))/2 with m = (p + q)/2, and its square root",
        "Lin (1991), IEEE Transactions on Information Theory 37, 145–151",
        (DATA, FILE),
    ),
    Method(
        "rate-drift",
        "Drift of a rate between two runs",
        "p₂ − p₁ and p₂/p₁ with their intervals; pooled two-sample z, and Fisher's exact test",
        "Newcombe (1998), Statistics in Medicine 17, 873–890",
        (WATCH, TESTING, FILE),
    ),
    Method(
        "ratio-drift",
        "Drift of an impact ratio between two runs",
        "ln(r₂/r₁) / √(Σ(1/s − 1/n) over the four groups); Breslow-Day for the odds ratios",
        "Altman and Bland (2003), BMJ 326, 219, on logarithms; Breslow and Day (1980), section 4.4",
        (WATCH, TESTING, FILE),
    ),
    Method(
        "metric-drift",
        "Drift of any other metric between two runs",
        "(m₂ − m₁) / √(V₁ + V₂), V by the delta method from the four counts",
        "Agresti (2013), Categorical Data Analysis, section 16.1",
        (WATCH, TESTING, FILE),
    ),
)

METHODS: Final[Mapping[str, Method]] = MappingProxyType({one.code: one for one in (*_STATISTICS, *_GROUP_METRICS)})

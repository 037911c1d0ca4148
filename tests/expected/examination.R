# Rscript tests/expected/examination.R > tests/expected/examination.csv
# What R makes of the numbers behind the proofs: base and stats only, no shared code.
add <- function(name, value) cat(sprintf("%s,%.15g\n", name, value))
cat("quantity,value\n")

wilson <- prop.test(215 + 797, 1334, correct = FALSE)$conf.int
add("wilson_lower", wilson[1])
add("wilson_upper", wilson[2])

add("hosmer_lemeshow_p", pchisq(234.510, 8, lower.tail = FALSE))

# The share of customers above the cut-off with logit P ~ N(m, sd), m such that mean P = base rate.
base_rate <- 437 / 1334
mean_p <- function(m, sd) {
  integrate(function(z) plogis(m + sd * z) * dnorm(z), -Inf, Inf, rel.tol = 1e-11)$value
}
share_above <- function(sd, cutoff = 0.6024) {
  m <- uniroot(function(m) mean_p(m, sd) - base_rate, c(-30, 30), tol = 1e-12)$root
  pnorm((m - qlogis(cutoff)) / sd)
}
b <- log(1.051) * 9.387
add("share_uncorrelated", share_above(sqrt(4) * b))
add("share_correlated", share_above(4 * b))
add("sd_needed", uniroot(function(s) share_above(s) - 315 / 1334, c(0.5, 8), tol = 1e-10)$root)

# The narrowest interval, reached by a fit: x is -1 or 1, each half the time, everyone's P is 1/2.
x <- rep(c(-1, 1), each = 1000)
y <- rep(c(0, 1), 1000)
fit <- glm(y ~ x, family = binomial)
add("least_standard_error", summary(fit)$coefficients["x", "Std. Error"])
add("sd_x", sd(x))

# An indicator's smallest standard error: Woolf's formula over all 2x2 tables of 2,000 with margins
# in steps of 10.
woolf <- function(a, b, c) sqrt(1 / a + 1 / b + 1 / c + 1 / (2000 - a - b - c))
cells <- expand.grid(a = seq(10, 990, 10), b = seq(10, 990, 10), c = seq(10, 990, 10))
cells <- subset(cells, a + b + c < 2000)
add("least_woolf", min(with(cells, woolf(a, b, c))))

# Run in this folder: Rscript imputation.R   (R 4.2 with mice 3.15)
# The customers of beyond.R with gaps in three columns instead of one: a chain of equations.
suppressPackageStartupMessages(library(mice))

customers <- read.csv("beyond_customers.csv", na.strings = "")
row <- seq_len(nrow(customers))
customers$recency[row %% 5 == 2 & customers$retained == 1] <- NA
customers$frequency[row %% 7 == 3] <- NA
customers$segment <- factor(customers$segment)

imputed <- mice(customers, m = 200, maxit = 10, method = "pmm", donors = 5, seed = 1,
                printFlag = FALSE)
fits <- with(imputed, glm(retained ~ recency + frequency + amount + segment + age,
                          family = binomial))
pooled <- summary(pool(fits))
exact <- function(x) trimws(formatC(x, digits = 15, format = "g"))
write.csv(data.frame(term = pooled$term, b = exact(pooled$estimate),
                     standard_error = exact(pooled$std.error),
                     missing_information = exact(pool(fits)$pooled$fmi)),
          "imputation.csv", row.names = FALSE, quote = FALSE)

# source("tests/expected/common.R"): the data sets and the output of the other scripts.
read_sample <- function() {
  data <- read.csv("tests/expected/sample.csv", stringsAsFactors = TRUE)
  data[c("recency", "frequency", "amount", "tenure", "visits", "segment", "gender", "retained")]
}

read_reconstruction <- function() {
  data <- read.csv("data/customers.csv", stringsAsFactors = TRUE)
  data <- data[data$sample == "build", ]
  data[c("recency", "amount", "frequency", "has_child", "gender", "age", "retained")]
}

data_sets <- list(sample = read_sample())
if (file.exists("data/customers.csv")) data_sets$reconstruction <- read_reconstruction()

# glm's covariance is that of the iteration before the last: a second fit from the first one's
# estimates gives it at the maximum.
fit <- function(formula, data) {
  environment(formula) <- environment()
  control <- glm.control(epsilon = 1e-14, maxit = 100)
  first <- glm(formula, binomial, data, control = control)
  glm(formula, binomial, data, start = coef(first), control = control)
}

rows <- list()
record <- function(set, table, row, column, value) {
  rows[[length(rows) + 1]] <<- data.frame(
    set = set, table = table, row = row, column = column,
    value = format(as.numeric(value), digits = 16, trim = TRUE, scientific = NA)
  )
}

save_rows <- function(name) {
  path <- file.path("tests/expected", paste0(name, ".csv"))
  write.csv(do.call(rbind, rows), path, row.names = FALSE, quote = FALSE)
}

* pspp -o tests/expected/descriptives.csv -O format=csv tests/expected/descriptives.sps.
SET FORMAT=F32.14.
GET DATA /TYPE=TXT /FILE="tests/expected/sample.csv" /DELIMITERS="," /FIRSTCASE=2
  /VARIABLES=id F8 recency F8.0 frequency F8.0 amount F10.2 tenure F8.1 visits F8.0
    segment A10 gender A10 retained F1.
DESCRIPTIVES VARIABLES=recency frequency amount tenure visits /STATISTICS=ALL.
FREQUENCIES VARIABLES=segment.
GET DATA /TYPE=TXT /FILE="data/customers.csv" /DELIMITERS="," /FIRSTCASE=2
  /VARIABLES=customer_id A10 recency F8.0 frequency F8.0 amount F10.2 has_child F8.0
    gender A10 age F8.1 retained F1 sample A10.
SELECT IF NOT MISSING(age).
DESCRIPTIVES VARIABLES=recency amount frequency has_child age /STATISTICS=ALL.
FREQUENCIES VARIABLES=gender.

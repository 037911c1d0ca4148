* pspp -o tests/expected/descriptives.csv -O format=csv tests/expected/descriptives.sps.
SET FORMAT=F32.14.
GET DATA /TYPE=TXT /FILE="tests/expected/sample.csv" /DELIMITERS="," /FIRSTCASE=2
  /VARIABLES=id F8 recency F8.0 frequency F8.0 amount F10.2 tenure F8.1 visits F8.0
    segment A10 gender A10 retained F1.
DESCRIPTIVES VARIABLES=recency frequency amount tenure visits /STATISTICS=ALL.
FREQUENCIES VARIABLES=segment.

* pspp -o tests/expected/logistic_pspp.csv -O format=csv tests/expected/logistic_pspp.sps.
SET FORMAT=F32.12.
GET DATA /TYPE=TXT /FILE="tests/expected/sample.csv" /DELIMITERS="," /FIRSTCASE=2
  /VARIABLES=id F8 recency F8.0 frequency F8.0 amount F10.2 tenure F8.1 visits F8.0
    segment A10 gender A10 retained F1.
LOGISTIC REGRESSION VARIABLES=retained
  WITH recency frequency amount tenure visits segment gender /CATEGORICAL=segment gender
  /CRITERIA=BCON(1e-12) ITERATE(50) CUT(0.6) /PRINT=CI(95).

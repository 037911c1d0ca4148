* pspp -o tests/expected/standard_errors.csv -O format=csv tests/expected/standard_errors.sps.
* Standard errors of skewness and kurtosis depend on n only: any 3,334 values show them.
SET FORMAT=F32.14.
INPUT PROGRAM.
LOOP #i = 1 TO 3334.
COMPUTE x = MOD(#i * #i, 101).
END CASE.
END LOOP.
END FILE.
END INPUT PROGRAM.
DESCRIPTIVES VARIABLES = x /STATISTICS = SKEWNESS SESKEWNESS KURTOSIS SEKURTOSIS.

"""Gradient boosting on the rows that the time model saw: python3 gbr.py TRAIN TEST, files of float64, each row the target and then
the features. Writes the predictions for TEST as float64 to standard output. Needs Debian's python3-sklearn."""

import sys

import numpy as np
from sklearn.ensemble import GradientBoostingRegressor


def read(path, width):
    return np.fromfile(path, dtype=np.float64).reshape(-1, width)


width = int(sys.argv[3])
train, test = read(sys.argv[1], width), read(sys.argv[2], width)
model = GradientBoostingRegressor(n_estimators=100, max_depth=5, learning_rate=0.1, random_state=0)
model.fit(train[:, 1:], train[:, 0])
sys.stdout.buffer.write(model.predict(test[:, 1:]).astype(np.float64).tobytes())

#!/bin/sh
set -e
mkdir /data/x

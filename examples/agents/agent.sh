#!/bin/sh
# The smallest agent: a script that gets its task as arguments, never as a piece of shell text.
chunk=$1 phase=$2 goal=$3 answer=$4 prompt=$5

# `signalbox interrupt` sends the signal that signalbox.json names; the words are in the file.
trap 'echo "You said something; it is in $SIGNALBOX_ANSWERS"' USR1

case $phase in
PLAN)
  printf 'A prompt of %s characters.\n' "${#prompt}"
  printf 'Plan for %s: find the file, then count what is asked for.\n' "$chunk"
  [ -z "$answer" ] || printf 'Taken into account: %s\n' "$answer"
  ;;
IMPLEMENT)
  printf '%s\n' "$goal"
  what=$(signalbox ask 'What shall I count?' --option w='words' --option l='lines') || exit 1
  wc "-$what" ../../README.md
  ;;
esac

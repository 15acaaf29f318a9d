"""Tests of the house itself: names, folders, locks and the words of the README."""

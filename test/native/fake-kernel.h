#pragma once
#include "input.h"

/** The kernel's answers to the next calls of the addon. nullptr: the kernel has no data. */
void AnswerFrom(Input* input);

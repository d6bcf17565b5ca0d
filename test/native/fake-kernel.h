#pragma once
#include "input.h"

/** Whatever the addon asks of the kernel next is answered from here; nullptr: the kernel has nothing. */
void AnswerFrom(Input* input);

#include "trace/trace-hw_nvlf.h"

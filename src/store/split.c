#include "store/split.h"

#include "base/memory.h"
#include "base/random.h"
#include "model/weights.h"

#include <stdlib.h>

/* list: room for all rows. */
static void split_class(const llr_splitting_t *splitting, int32_t class, int64_t *list,
                        int8_t *part)
{
    int64_t rows = 0, count[LLR_PARTS];
    for (int64_t i = 0; i < splitting->rows; i++) {
        int32_t label = splitting->label[i];
        if ((splitting->class_of ? splitting->class_of[label] : label) == class) list[rows++] = i;
    }
    llr_random_t random =
        llr_random_stream(splitting->content, LLR_PURPOSE_SPLIT, splitting->seed, class);
    llr_random_shuffle(&random, list, rows);
    llr_stratify(rows, splitting->fraction, LLR_PARTS, count);
    for (int8_t p = 0; p < LLR_PARTS; p++)
        for (int64_t i = 0; i < count[p]; i++) part[*list++] = p;
}

llr_code_t llr_split_make(const llr_splitting_t *splitting, int8_t *part, llr_error_t *error)
{
    int64_t rows = splitting->rows;
    int64_t *list = llr_alloc(rows, sizeof *list);
    if (!list) return llr_fail_memory(error, rows * (int64_t)sizeof *list, "the split");
    for (int32_t c = 0; c < splitting->classes; c++) split_class(splitting, c, list, part);
    free(list);
    return LLR_OK;
}

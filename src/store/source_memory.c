#include "base/memory.h"
#include "store/source_check.h"

#include <string.h>

static llr_code_t read_rows(llr_source_t *source, int64_t first, int64_t count, void *out,
                            llr_error_t *error)
{
    const double *x = source->state;
    memcpy(out, x + first * source->dim, (size_t)(count * source->dim) * sizeof *x);
    return llr_source_check_finite(source, first, count, out, error);
}

static void *copy_list(const void *list, int64_t rows, size_t size)
{
    void *copy = llr_alloc(rows, size);
    if (copy) memcpy(copy, list, (size_t)rows * size);
    return copy;
}

static llr_code_t copy_lists(llr_source_t *source, const int32_t *label, const int32_t *group,
                             const int8_t *split, llr_error_t *error)
{
    int64_t rows = source->rows;
    source->label = copy_list(label, rows, sizeof *label);
    if (group) source->group = copy_list(group, rows, sizeof *group);
    if (split) source->split = copy_list(split, rows, sizeof *split);
    if (!source->path || !source->label || (group && !source->group) || (split && !source->split))
        return llr_fail_memory(error, rows * (int64_t)sizeof *label, "the labels");
    return llr_source_check_labels(source, error);
}

llr_code_t llr_source_open_memory(llr_source_t *source, const char *name, const double *x,
                                  int64_t rows, int64_t dim, const int32_t *label,
                                  const int32_t *group, const int8_t *split, llr_error_t *error)
{
    *source = (llr_source_t){.type = LLR_FLOAT64, .rows = rows, .dim = dim, .block = 1};
    if (rows < 1 || dim < 1 || rows > INT64_MAX / (int64_t)sizeof *x / dim)
        return llr_fail(error, LLR_INVALID, "%s: /features: %lld rows of %lld columns%s", name,
                        (long long)rows, (long long)dim,
                        rows < 1 || dim < 1 ? "; at least one of each is needed" : " are too many");
    source->path = llr_copy_text(name);
    source->read = read_rows;
    source->state = (void *)x; /* read_rows only reads it */
    llr_code_t code = copy_lists(source, label, group, split, error);
    if (code != LLR_OK) llr_source_close(source);
    return code;
}

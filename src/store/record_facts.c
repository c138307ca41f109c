/* Facts of datasets as a line of words and numbers, and back: the words are for readers. */
#include "store/record_parts.h"

#include <math.h>
#include <string.h>

static void add_counts(llr_text_t *out, const char *what, const int64_t *count, int64_t counts)
{
    llr_text_add(out, ", %s", what);
    for (int64_t i = 0; i < counts; i++) llr_text_add(out, " %lld", (long long)count[i]);
}

void llr_record_add_facts(llr_text_t *out, const char *name, const llr_facts_t *facts)
{
    llr_shape_t shape = facts->shape;
    int64_t both = shape.classes + shape.groups, slots = llr_shape_slots(shape);
    char number[LLR_NUMBER_TEXT];
    llr_text_add(out,
                 "# facts of %s: d %lld of %lld, classes %d, groups %d, kinds %d, synthetic %d, "
                 "bytes %lld and %lld",
                 name, (long long)facts->dim, (long long)facts->columns, shape.classes,
                 shape.groups, shape.kinds, facts->synthetic, (long long)facts->resident_bytes,
                 (long long)facts->private_bytes);
    add_counts(out, "pool", facts->pool_count, both);
    llr_text_add(out, ", priors");
    for (int64_t i = 0; i < both; i++)
        llr_text_add(out, " %s", llr_number_text(facts->pool_prior[i], number));
    if (shape.groups) llr_text_add(out, ", classes of groups");
    for (int32_t g = 0; g < shape.groups; g++) llr_text_add(out, " %d", facts->group_class[g]);
    add_counts(out, "validation", facts->eval_count, slots);
    add_counts(out, "test", facts->eval_count + slots, slots);
    llr_text_add(out, "\n");
}

/* Reads on behind words and commas; NaN at the end of the line. */
static double next_number(const char **at)
{
    char word[LLR_NUMBER_TEXT];
    double value;
    while (**at && **at != '\n') {
        size_t length = strcspn(*at, " ,\n");
        bool fits = length < sizeof word;
        memcpy(word, *at, fits ? length : 0);
        word[fits ? length : 0] = '\0';
        *at += length + strspn(*at + length, " ,");
        if (llr_text_to_double(word, &value)) return value;
    }
    return NAN;
}

/* A whole number from least to most; sets *bad otherwise. */
static int64_t next_whole(const char **at, int64_t least, int64_t most, bool *bad)
{
    double value = next_number(at);
    if (value >= (double)least && value <= (double)most && value == floor(value))
        return (int64_t)value;
    *bad = true;
    return 0;
}

static bool read_arrays(const char *at, llr_facts_t *facts)
{
    llr_shape_t shape = facts->shape;
    bool bad = shape.kinds != shape.classes && shape.kinds != shape.groups;
    for (int32_t i = 0; i < shape.classes + shape.groups; i++)
        facts->pool_count[i] = next_whole(&at, 0, INT64_MAX / 2, &bad);
    for (int32_t i = 0; i < shape.classes + shape.groups; i++) {
        facts->pool_prior[i] = next_number(&at);
        bad = bad || !(facts->pool_prior[i] >= 0 && facts->pool_prior[i] <= 1);
    }
    for (int32_t g = 0; g < shape.groups; g++)
        facts->group_class[g] = (int32_t)next_whole(&at, LLR_NO_CLASS, shape.classes - 1, &bad);
    for (int64_t i = 0; i < LLR_SPLITS * llr_shape_slots(shape); i++)
        facts->eval_count[i] = next_whole(&at, 0, INT64_MAX / 2, &bad);
    return !bad && isnan(next_number(&at));
}

bool llr_record_read_facts(const char *line, llr_facts_t *facts)
{
    enum { MOST = INT32_MAX, MANY = 1 << 20 };
    bool bad = false;
    *facts = (llr_facts_t){0};
    facts->dim = next_whole(&line, 1, MOST, &bad);
    facts->columns = next_whole(&line, 1, MOST, &bad);
    facts->shape.classes = (int32_t)next_whole(&line, 2, MANY, &bad);
    facts->shape.groups = (int32_t)next_whole(&line, 0, MANY, &bad);
    facts->shape.kinds = (int32_t)next_whole(&line, 1, MANY, &bad);
    facts->synthetic = next_whole(&line, 0, 1, &bad) == 1;
    facts->resident_bytes = next_whole(&line, 0, INT64_MAX / 2, &bad);
    facts->private_bytes = next_whole(&line, 0, INT64_MAX / 2, &bad);
    if (!bad && !llr_facts_allocate(facts) && read_arrays(line, facts)) return true;
    llr_facts_destroy(facts);
    return false;
}

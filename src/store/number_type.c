#include "store/number_type.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Types ------------------------------------------------------------------------------------ */

static llr_code_t refuse(const char *name, const char *descr, const char *what, llr_error_t *error)
{
    return llr_fail(error, LLR_INVALID, "%s: holds %s (dtype %.40s)", name, what, descr);
}

/* Why values of a kind that is not taken are not. */
static const char *kind_words(char kind)
{
    switch (kind) {
    case 'O':
        return "pickled Python objects; save numbers, as by np.asarray(x, np.float32)";
    case 'c':
        return "complex numbers; real ones are needed";
    case 'M':
    case 'm':
        return "times; numbers are needed";
    case 'V':
        return "records of several fields, or numbers that numpy does not know; save np.float32";
    case '[':
        return "records of several fields; save one array of numbers";
    default:
        return "values of an unknown type";
    }
}

static bool is_known(const llr_number_type_t *type)
{
    int size = type->size;
    switch (type->kind) {
    case 'f':
        return size == 2 || size == 4 || size == 8;
    case 'i':
    case 'u':
        return size == 1 || size == 2 || size == 4 || size == 8;
    case 'b':
        return size == 1;
    default:
        return size > 0 && size <= 1 << 16;
    }
}

llr_code_t llr_number_type_read(const char *name, const char *descr, llr_number_type_t *type,
                                llr_error_t *error)
{
    bool little = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
    int64_t size = 0;
    char kind = *descr && strchr("<>|=", *descr) ? descr[1] : descr[0];
    if (!kind || !strchr("fiubUS", kind)) return refuse(name, descr, kind_words(kind), error);
    const char *digits = strchr(descr, kind) + 1;
    if (*digits < '0' || *digits > '9' || !llr_text_to_int64(digits, &size) || size > 1 << 14)
        return refuse(name, descr, kind_words('?'), error);
    *type = (llr_number_type_t){kind, (int)size * (kind == 'U' ? 4 : 1),
                                *descr == (little ? '>' : '<')};
    if (is_known(type)) return LLR_OK;
    return refuse(name, descr,
                  kind == 'f'                  ? "long doubles; save np.float64"
                  : kind == 'U' || kind == 'S' ? "empty words"
                                               : kind_words('?'),
                  error);
}

llr_dtype_t llr_number_type_holder(const llr_number_type_t *type)
{
    int widest = type->kind == 'f' ? 4 : 2; /* 24 bits hold 16, but not 32 */
    return type->size <= widest ? LLR_FLOAT32 : LLR_FLOAT64;
}

/* Values ----------------------------------------------------------------------------------- */

static void swap_bytes(char *raw, int64_t count, int size)
{
    for (int64_t i = 0; i < count; i++, raw += size)
        for (int a = 0, b = size - 1; a < b; a++, b--) {
            char byte = raw[a];
            raw[a] = raw[b];
            raw[b] = byte;
        }
}

static float half_to_float(uint16_t half)
{
    int exponent = half >> 10 & 31, fraction = half & 1023;
    float size = exponent == 31 ? (fraction ? NAN : INFINITY)
                 : exponent     ? ldexpf((float)(fraction + 1024), exponent - 25)
                                : ldexpf((float)fraction, -24);
    return half >> 15 ? -size : size;
}

#define IDENTITY(value) (value)
#define IS_TRUE(value)  ((value) != 0)
/* Values of a stored type T into the holder's type OUT. */
#define CONVERT(T, OUT, READ)                                                                      \
    do {                                                                                           \
        OUT *to = out;                                                                             \
        for (int64_t i = 0; i < count; i++) {                                                      \
            T value;                                                                               \
            memcpy(&value, raw + i * (int64_t)sizeof value, sizeof value);                         \
            to[i * stride] = (OUT)READ(value);                                                     \
        }                                                                                          \
        return;                                                                                    \
    } while (0)

void llr_numbers_convert(const llr_number_type_t *type, char *raw, int64_t count, void *out,
                         int64_t stride)
{
    if (type->swapped) swap_bytes(raw, count, type->size);
    switch (type->kind << 4 | type->size) {
    case 'f' << 4 | 2:
        CONVERT(uint16_t, float, half_to_float);
    case 'f' << 4 | 4:
        CONVERT(float, float, IDENTITY);
    case 'f' << 4 | 8:
        CONVERT(double, double, IDENTITY);
    case 'i' << 4 | 1:
        CONVERT(int8_t, float, IDENTITY);
    case 'i' << 4 | 2:
        CONVERT(int16_t, float, IDENTITY);
    case 'i' << 4 | 4:
        CONVERT(int32_t, double, IDENTITY);
    case 'i' << 4 | 8:
        CONVERT(int64_t, double, IDENTITY);
    case 'u' << 4 | 1:
        CONVERT(uint8_t, float, IDENTITY);
    case 'u' << 4 | 2:
        CONVERT(uint16_t, float, IDENTITY);
    case 'u' << 4 | 4:
        CONVERT(uint32_t, double, IDENTITY);
    case 'u' << 4 | 8:
        CONVERT(uint64_t, double, IDENTITY);
    case 'b' << 4 | 1:
        CONVERT(uint8_t, float, IS_TRUE);
    default:
        return;
    }
}

/* Words ------------------------------------------------------------------------------------ */

static void add_character(uint32_t c, llr_text_t *word)
{
    char out[4];
    int length = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    if (length == 1)
        out[0] = (char)c;
    else {
        for (int i = length - 1; i > 0; i--, c >>= 6) out[i] = (char)(0x80 | (c & 0x3f));
        out[0] = (char)((0xf0 << (4 - length) & 0xff) | c);
    }
    llr_text_add_bytes(word, out, length);
}

/* Words shorter than the type are filled up with zeros. */
static void add_characters(const llr_number_type_t *type, const char *raw, llr_text_t *word)
{
    int step = type->kind == 'U' ? 4 : 1;
    for (int at = 0; at < type->size; at += step) {
        char unit[4] = {raw[at]};
        uint32_t c;
        if (step == 4) memcpy(unit, raw + at, 4);
        if (type->swapped && step == 4) swap_bytes(unit, 1, 4);
        memcpy(&c, unit, sizeof c);
        if (!c) return;
        if (step == 4)
            add_character(c, word);
        else
            llr_text_add_bytes(word, raw + at, 1);
    }
}

static void add_whole(const llr_number_type_t *type, const char *raw, llr_text_t *word)
{
    char bytes[8];
    bool is_signed = type->kind == 'i', big = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
    memcpy(bytes, raw, (size_t)type->size);
    if (type->swapped) swap_bytes(bytes, 1, type->size);
    uint64_t value = 0;
    for (int i = 0; i < type->size; i++)
        value = value << 8 | (unsigned char)bytes[big ? i : type->size - 1 - i];
    int unused = 64 - 8 * type->size;
    if (is_signed)
        llr_text_add(word, "%lld", (long long)((int64_t)(value << unused) >> unused));
    else
        llr_text_add(word, "%llu", (unsigned long long)(type->kind == 'b' ? value != 0 : value));
}

static void add_float(const llr_number_type_t *type, const char *raw, llr_text_t *word)
{
    char bytes[8], text[LLR_NUMBER_TEXT];
    union {
        float single;
        double twice;
    } out;
    memcpy(bytes, raw, (size_t)type->size);
    llr_numbers_convert(type, bytes, 1, &out, 1);
    double value = type->size == 8 ? out.twice : (double)out.single;
    if (value == floor(value) && fabs(value) < 1e15)
        llr_text_add(word, "%lld", (long long)value);
    else
        llr_text_add(word, "%s", llr_number_text(value, text));
}

void llr_number_word(const llr_number_type_t *type, const char *raw, llr_text_t *word)
{
    if (type->kind == 'U' || type->kind == 'S')
        add_characters(type, raw, word);
    else if (type->kind == 'f')
        add_float(type, raw, word);
    else
        add_whole(type, raw, word);
}

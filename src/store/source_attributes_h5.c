/* The optional attributes of a dataset file. None of them decides a number, so odd ones are passed
 * over. */
#include "base/memory.h"
#include "base/text.h"
#include "store/source_h5.h"

#include <stdlib.h>
#include <string.h>

enum { LONGEST = 1024, LARGEST = 16 << 20 };

/* The length of the UTF-8 sequence at text, or 0 when there is none. */
static int sequence_length(const unsigned char *text)
{
    int length = text[0] < 0x80             ? 1
                 : (text[0] & 0xe0) == 0xc0 ? 2
                 : (text[0] & 0xf0) == 0xe0 ? 3
                 : (text[0] & 0xf8) == 0xf0 ? 4
                                            : 0;
    for (int i = 1; i < length; i++)
        if ((text[i] & 0xc0) != 0x80) return 0;
    return length;
}

/* Makes a name fit for one line of a table: control characters and broken UTF-8 become '?'. */
static void clean(char *text)
{
    int64_t at = 0;
    while (text[at] && at < LONGEST) {
        int length = sequence_length((unsigned char *)text + at);
        if (!length || (unsigned char)text[at] < 0x20 || text[at] == 0x7f) {
            text[at] = '?';
            length = 1;
        }
        at += length;
    }
    text[at] = '\0';
}

/* Text in memory: terminated, of the file's character set, which HDF5 does not convert. */
static hid_t memory_type(hid_t type, bool variable)
{
    hid_t memory = H5Tcopy(H5T_C_S1);
    size_t size = variable ? H5T_VARIABLE : H5Tget_size(type) + 1;
    if (memory >= 0 && H5Tset_size(memory, size) >= 0 &&
        H5Tset_cset(memory, H5Tget_cset(type)) >= 0)
        return memory;
    if (memory >= 0) H5Tclose(memory);
    return -1;
}

static bool copy_variable(hid_t attribute, hid_t memory, hid_t space, char **out, int64_t count)
{
    char **text = llr_alloc(count, sizeof *text);
    if (!text || H5Aread(attribute, memory, text) < 0) {
        free(text);
        return false;
    }
    bool done = true;
    for (int64_t i = 0; i < count; i++) {
        out[i] = llr_copy_text(text[i] ? text[i] : "");
        done = done && out[i];
    }
    H5Dvlen_reclaim(memory, space, H5P_DEFAULT, text);
    free(text);
    return done;
}

static bool copy_fixed(hid_t attribute, hid_t memory, char **out, int64_t count)
{
    size_t size = H5Tget_size(memory);
    if (count > (int64_t)(LARGEST / size)) return false;
    char *text = llr_alloc(count, size);
    bool done = text && H5Aread(attribute, memory, text) >= 0;
    for (int64_t i = 0; i < count && done; i++) {
        out[i] = llr_copy_text(text + (size_t)i * size);
        done = out[i] != NULL;
    }
    free(text);
    return done;
}

/* Fills out with exactly count strings; what was filled is the caller's even when this fails. */
static bool copy_strings(hid_t attribute, hid_t type, hid_t space, char **out, int64_t count)
{
    if (H5Tget_class(type) != H5T_STRING || H5Sget_simple_extent_npoints(space) != count)
        return false;
    bool variable = H5Tis_variable_str(type) > 0;
    hid_t memory = memory_type(type, variable);
    if (memory < 0) return false;
    bool done = variable ? copy_variable(attribute, memory, space, out, count)
                         : copy_fixed(attribute, memory, out, count);
    H5Tclose(memory);
    for (int64_t i = 0; i < count && done; i++) clean(out[i]);
    return done;
}

static bool read_strings(hid_t file, const char *name, char **out, int64_t count)
{
    if (H5Aexists(file, name) <= 0) return false;
    hid_t attribute = H5Aopen(file, name, H5P_DEFAULT);
    if (attribute < 0) return false;
    hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    bool done = type >= 0 && space >= 0 && copy_strings(attribute, type, space, out, count);
    if (space >= 0) H5Sclose(space);
    if (type >= 0) H5Tclose(type);
    H5Aclose(attribute);
    return done;
}

/* One string, or NULL when there is none. */
static char *read_text(hid_t file, const char *name)
{
    char *text = NULL;
    if (read_strings(file, name, &text, 1) && text[0]) return text;
    free(text);
    return NULL;
}

/* count strings, or NULL when there are not exactly so many. */
static char **read_names(hid_t file, const char *attribute, int64_t count)
{
    char **name = count ? llr_alloc(count, sizeof *name) : NULL;
    if (!name || read_strings(file, attribute, name, count)) return name;
    for (int64_t i = 0; i < count; i++) free(name[i]);
    free(name);
    return NULL;
}

static char *read_origin(hid_t file)
{
    static const char *const part[] = {"backbone", "source", "license"};
    llr_text_t origin = {0};
    for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
        char *text = read_text(file, part[i]);
        if (text) llr_text_add(&origin, "%s%s: %s", origin.length ? "; " : "", part[i], text);
        free(text);
    }
    return origin.data;
}

void llr_h5_read_attributes(llr_source_t *source, hid_t file)
{
    source->name = read_text(file, "name");
    source->origin = read_origin(file);
    source->class_name = read_names(file, "class_names", source->classes);
    source->group_name = read_names(file, "group_names", source->groups);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of makers: which widget edits which type of field. */
#pragma once

#include "app/form/wg-form-row.h"

G_BEGIN_DECLS

const WgFormMaker *wg_form_maker_find (const WgField *field);

extern const WgFormMaker WG_FORM_TEXT;
extern const WgFormMaker WG_FORM_WORDS;
extern const WgFormMaker WG_FORM_PHONE;
extern const WgFormMaker WG_FORM_CITIZEN;
extern const WgFormMaker WG_FORM_NUMBER;
extern const WgFormMaker WG_FORM_DATE;
extern const WgFormMaker WG_FORM_CODE;
extern const WgFormMaker WG_FORM_CODES;
extern const WgFormMaker WG_FORM_FLAG;
extern const WgFormMaker WG_FORM_PLACE;
extern const WgFormMaker WG_FORM_RECORD;
extern const WgFormMaker WG_FORM_FIXED;

G_END_DECLS
